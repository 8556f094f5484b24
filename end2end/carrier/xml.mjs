// TwiML text → a small tree, with a strict parser: what is not well formed is an error, never a guess.

import { SaxesParser } from 'saxes';

/**
 * Parses one XML document.
 * Returns `{ root }` or `{ error }`. A node is `{ name, attributes, children, text }`, where `text`
 * is the element's own character data; comments and processing instructions are ignored.
 */
export function parseXml(source) {
  const parser = new SaxesParser({ xmlns: false });
  const top = { name: '', attributes: {}, children: [], text: '' };
  const stack = [top];
  let error;
  parser.on('error', (problem) => {
    error ??= problem.message;
  });
  parser.on('doctype', () => {
    error ??= 'a document type declaration is not TwiML';
  });
  parser.on('opentag', (tag) => {
    const node = { name: tag.name, attributes: { ...tag.attributes }, children: [], text: '' };
    stack.at(-1).children.push(node);
    stack.push(node);
  });
  parser.on('closetag', () => stack.pop());
  const text = (data) => {
    stack.at(-1).text += data;
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.write(source).close();
  if (error) return { error };
  if (top.children.length !== 1) return { error: 'no root element' };
  return { root: top.children[0] };
}
