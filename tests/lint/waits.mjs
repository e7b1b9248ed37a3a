/* waits.mjs - no browser test waits for a time where it means something that happens. */
/* SPDX-License-Identifier: MIT */
//
// until.mjs has what a test may use: until() for what shall happen, stays() and standsStill() for
// what shall not, lasting() for a fault of a certain length.
import ts from 'typescript';
import { filesWhere, isProgram, read, report } from './files.mjs';

/** Here waiting is made. In probe.js devices and wires are slow because a test wants them to be. */
const makers = /\/(until\.mjs|probe\.js)$/;
/** What asks again and again by itself, or is run by hand. */
const mayPause = /\/(schedule|relays|watch|readme-shot)\.mjs$/;

/**
 * The parameters of the functions around a place that `new Promise` calls.
 * @param {ts.Node} node @returns {string[]}
 */
function settlers(node) {
  /** @type {string[]} */
  const found = [];
  for (let at = node; at; at = at.parent) {
    if (ts.isFunctionLike(at) && ts.isNewExpression(at.parent)
      && at.parent.expression.getText() === 'Promise') {
      found.push(...at.parameters.map(({ name }) => name.getText()));
    }
  }
  return found;
}

/**
 * Why a call is a wait for a time, '' if it is none.
 * @param {ts.CallExpression} call @param {string} name of the file
 */
function mistake(call, name) {
  const called = call.expression.getText().split('.').at(-1) ?? '';
  const [first, delay] = call.arguments;
  if (['sleep', 'delay', 'waitForTimeout'].includes(called)) return `${called}() waits for a time`;
  if (called === 'pause' && first && !mayPause.test(name)) return 'pause() waits for a time';
  if (called !== 'setTimeout' || !delay) return '';
  const names = settlers(call);
  const settles = ts.isIdentifier(first) ? names.includes(first.text)
    : ts.isArrowFunction(first) && names.some((one) =>
      first.body.getText().replace(/[({].*$/s, '') === one);
  return settles ? 'a promise that setTimeout() settles waits for a time' : '';
}

/** @param {string} name @param {string} text @returns {string[]} */
export function problemsOfWaits(name, text) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  /** @type {string[]} */
  const problems = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const why = ts.isCallExpression(node) ? mistake(node, name) : '';
    if (why) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      problems.push(`${name}:${line + 1}: ${why}: use until(), sees(), stays() or standsStill()`);
    }
    if (ts.isImportDeclaration(node) && /timers\/promises/.test(node.moduleSpecifier.getText())) {
      problems.push(`${name}:1: timers/promises waits for a time`);
    }
    ts.forEachChild(node, visit);
  };
  if (!makers.test(name)) visit(file);
  return problems;
}

if (isProgram(import.meta.url)) {
  const names = filesWhere((name) => /^tests\/e2e\/[^/]*\.m?js$/.test(name));
  report(names.flatMap((name) => problemsOfWaits(name, read(name))), names.length);
}
