/** What the page of a kit uses of a browser's document. The whole of its types would disagree with those of Node. */

interface PageElement {
  textContent: string;
  value: string;
  className: string;
  append(...added: PageElement[]): void;
  replaceChildren(...added: PageElement[]): void;
  addEventListener(event: 'click', listener: () => void): void;
}

declare const document: {
  getElementById(id: string): PageElement;
  createElement(name: string): PageElement;
};
