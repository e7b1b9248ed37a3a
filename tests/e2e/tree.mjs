/* tree.mjs - the accessibility tree of a page, as text: what a screen reader is given. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('puppeteer-core').SerializedAXNode} Node */

/** Said of a node where it is so: the states of WAI-ARIA, and what belongs to a field. */
const states = /** @type {const} */ ([
  'disabled', 'expanded', 'focused', 'modal', 'multiline', 'readonly', 'required', 'selected',
  'checked', 'pressed', 'level', 'haspopup', 'invalid', 'keyshortcuts',
]);

/** @param {Node} node @param {number} depth @returns {string[]} */
function linesOf(node, depth) {
  const name = node.name ? ` "${node.name}"` : '';
  const value = node.value === undefined ? '' : ` = "${node.value}"`;
  const description = node.description ? ` (${node.description})` : '';
  const more = states.filter((state) => node[state] !== undefined && node[state] !== false)
    .map((state) => ` ${state}${node[state] === true ? '' : ` ${node[state]}`}`).join('');
  return [`${'  '.repeat(depth)}${node.role}${name}${value}${description}${more}`,
    ...(node.children ?? []).flatMap((child) => linesOf(child, depth + 1))];
}

/** @param {import('puppeteer-core').Page} page in Chromium @returns {Promise<string>} */
export async function treeOf(page) {
  const root = await page.accessibility.snapshot();
  return root ? `${linesOf(root, 0).join('\n')}\n` : '';
}
