import ts from 'typescript';

/**
 * @typedef {object} Import
 * @property {string} specifier
 * @property {number} line
 * @property {'static' | 'dynamic' | 'type'} kind
 */

/** @param {ts.ImportDeclaration} node */
const isTypeOnly = (node) => {
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  if (clause.name || !bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
};

/**
 * Every module that a source file names by a literal: imports, re-exports, `import()`, `import('x').Type`
 * and `import.meta.resolve()`.
 *
 * @param {string} file for its extension
 * @param {string} text
 * @returns {Import[]}
 */
export function readImports(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {Import[]} */
  const imports = [];
  /** @param {ts.Node | undefined} specifier @param {Import['kind']} kind */
  const add = (specifier, kind) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const line = source.getLineAndCharacterOfPosition(specifier.getStart()).line + 1;
    imports.push({ specifier: specifier.text, line, kind });
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, isTypeOnly(node) ? 'type' : 'static');
    else if (ts.isExportDeclaration(node))
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static');
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, 'type');
    else if (ts.isCallExpression(node)) {
      const called = node.expression;
      const isResolve =
        ts.isPropertyAccessExpression(called) &&
        ts.isMetaProperty(called.expression) &&
        called.name.text === 'resolve';
      if (called.kind === ts.SyntaxKind.ImportKeyword || isResolve)
        add(node.arguments[0], 'dynamic');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}
