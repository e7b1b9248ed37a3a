/* em_js.mjs - checks the EM_JS bodies of browser and client against all versions of Emscripten. */
/* SPDX-License-Identifier: MIT */
//
// The C preprocessor joins the lines of a body, so that a missing semicolon breaks the page when it
// is loaded; and each version of Emscripten from 3.1.6 on lacks some syntax or function. None of
// them reports this at compile time.
import ts from 'typescript';
import { filesWhere, isProgram, read, report } from './files.mjs';

/**
 * @param {string} text of a C file
 * @returns {{line: number, source: string}[]} each body as a function, on its own lines
 */
function bodiesOf(text) {
  const bodies = [];
  const head = /^EM_(?:ASYNC_)?JS\(\s*[^,]+,\s*(\w+),\s*\(([^)]*)\),\s*\{/gm;
  for (const match of text.matchAll(head)) {
    const start = match.index + match[0].length;
    const lineEnd = text.indexOf('\n', start);
    const isOneLine = text.slice(start, lineEnd).endsWith('});');
    const end = isOneLine ? lineEnd - 3 : text.indexOf('\n});', start);
    const parameters = match[2].split(',').map((one) => /(\w+)\s*$/.exec(one)?.[1] ?? '')
      .filter((one) => one !== 'void');
    // As many lines as the head has, so that line numbers can be computed.
    const newlines = '\n'.repeat(match[0].split('\n').length - 1);
    bodies.push({
      line: text.slice(0, match.index).split('\n').length,
      source: `async function ${match[1]}(${parameters.join(', ')}) {${newlines}`
        + `${text.slice(start, end < 0 ? text.length : end)}\n}`,
    });
  }
  return bodies;
}

const endsInSemicolon = new Set([ts.SyntaxKind.ExpressionStatement,
  ts.SyntaxKind.VariableStatement, ts.SyntaxKind.ReturnStatement, ts.SyntaxKind.ThrowStatement,
  ts.SyntaxKind.BreakStatement, ts.SyntaxKind.ContinueStatement, ts.SyntaxKind.DoStatement]);

const undeclared =
  /^(UTF8|UTF16|UTF32|Ascii)ToString$|^stringTo|^lengthBytes|^allocate|^ccall$|^cwrap$/;
const newOperator = /^(\?\?|\?\?=|&&=|\|\|=)$/;

/** @param {ts.Node} node @param {ts.SourceFile} file @returns {string} what is wrong, or '' */
function complaint(node, file) {
  const text = node.getText(file);
  if (endsInSemicolon.has(node.kind) && !text.endsWith(';')) return 'a statement without semicolon';
  if (ts.isOptionalChain(node)) return 'optional chaining';
  if (ts.isSpreadAssignment(node)) return 'spread in an object';
  if (ts.isBigIntLiteral(node)) return 'a BigInt literal';
  if (ts.isPropertyDeclaration(node)) return 'a class field';
  if (ts.isBindingElement(node) && node.dotDotDotToken && ts.isObjectBindingPattern(node.parent)) {
    return 'rest of an object';
  }
  if (ts.isBindingElement(node) && node.initializer) return 'a default in a destructuring';
  if (ts.isBinaryExpression(node) && newOperator.test(node.operatorToken.getText(file))) {
    return `operator ${node.operatorToken.getText(file)}`;
  }
  if (ts.isRegularExpressionLiteral(node) && text.includes('\\')) {
    return 'a regular expression with a backslash';
  }
  if (/^`.*['"]/s.test(text) && (ts.isTemplateExpression(node)
    || ts.isNoSubstitutionTemplateLiteral(node))) return 'a quote in a template literal';
  if (ts.isIdentifier(node) && undeclared.test(text)) return `${text}() is not in every version`;
  // With -pthread the memory is shared, and browsers do not code within it.
  if (/^\w+\.decode\(HEAP\w+(\.subarray.*)?\)$|\.encodeInto\(/s.test(text)
    && ts.isCallExpression(node)) return 'a text within memory that may be shared';
  return '';
}

/** @param {string} name @param {string} text @returns {string[]} */
export function problemsOfEmJs(name, text) {
  /** @type {string[]} */
  const problems = [];
  const bodies = bodiesOf(text);
  if (bodies.length !== text.split(/\bEM_(?:ASYNC_)?JS\(/).length - 1) {
    problems.push(`${name}:1: an EM_JS() that does not begin its line, or is not understood`);
  }
  for (const { line, source } of bodies) {
    const file = ts.createSourceFile(`${name}.js`, source, ts.ScriptTarget.Latest, true);
    /** @param {number} position @param {string} what */
    const add = (position, what) => {
      const at = file.getLineAndCharacterOfPosition(position).line + line;
      problems.push(`${name}:${at}: ${what}`);
    };
    const { parseDiagnostics } = /** @type {any} */ (file);
    for (const { start, messageText } of parseDiagnostics) add(start, String(messageText));
    /** @param {ts.Node} node */
    const visit = (node) => {
      const what = complaint(node, file);
      if (what) add(node.getStart(file), what);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return problems;
}

if (isProgram(import.meta.url)) {
  const names = ['src/browser', 'src/client'].flatMap((folder) =>
    filesWhere((name) => name.endsWith('.c'), folder));
  const count = names.flatMap((name) => bodiesOf(read(name))).length;
  report(names.flatMap((name) => problemsOfEmJs(name, read(name))), count);
}
