// Runs a draft as the test of the Management API does: the text is a CommonJS module, and calls of `api` are recorded.
const { code, event } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const calls = [];
const api = (path) =>
  new Proxy(() => {}, {
    get: (_, key) => api(path ? `${path}.${key}` : String(key)),
    apply(_, __, parts) {
      calls.push({ name: path, arguments: structuredClone(parts) });
      return undefined;
    },
  });
const module_ = { exports: {} };
const quiet = { log() {}, error() {}, warn() {}, info() {} };
(async () => {
  try {
    new Function('module', 'exports', 'require', 'console', code)(module_, module_.exports, require, quiet);
    await module_.exports.onExecutePostLogin(event, api(''));
    process.stdout.write(JSON.stringify({ calls }));
  } catch (error) {
    process.stdout.write(JSON.stringify({ calls, error: String(error) }));
  }
})();
