#!/usr/bin/env node
/**
 * Writes a new leaf package from its template, links it into the workspace and names what to do next:
 * `pnpm new:quantizer NAME`, `pnpm new:benchmark NAME`, `pnpm new:scorer NAME`. What is written works and passes its
 * conformance kit as it stands.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nameOfFolder } from './check-manifests.mjs';
import { filesUnder, repositoryRoot } from './workspace.mjs';

/** What differs between the manifests of the three kinds. */
const kinds = {
  quantizer: {
    files: [],
    dependencies: ['@thinkbits/numerics', '@thinkbits/spec', '@thinkbits/validation'],
    peerDependencies: { '@tensorflow/tfjs-core': '^4.22.0' },
    devDependencies: ['@tensorflow/tfjs-backend-cpu', '@tensorflow/tfjs-core'],
  },
  benchmark: {
    files: ['data'],
    dependencies: ['@thinkbits/spec', '@thinkbits/validation'],
    devDependencies: [],
  },
  scorer: { files: [], dependencies: ['@thinkbits/spec'], devDependencies: [] },
};

/** @typedef {keyof typeof kinds} Kind */

/** Words that a name becomes an identifier of. @param {string} name */
const pascal = (name) => name.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());
/** @param {string} name */
const camel = (name) => pascal(name).replace(/^./, (letter) => letter.toLowerCase());

/** Where a package of this kind and name lives. @param {Kind} kind @param {string} name */
export const folderOf = (kind, name) => `packages/${kind}s/${name}`;

/** Names become folders, npm names, ids in recipes and identifiers; all four must be possible. */
const validName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Reserved words of the language, as far as they are valid names. */
const reserved =
  /^(await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|none|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

/**
 * Why a package of this name cannot be written, or undefined when it can.
 *
 * @param {string} root
 * @param {Kind} kind
 * @param {string} name
 * @returns {{ code: string, message: string, help: string } | undefined}
 */
export function whyNot(root, kind, name) {
  if (!validName.test(name) || reserved.test(name))
    return {
      code: 'new/bad-name',
      message: `"${name}" cannot name a ${kind}.`,
      help: 'Use lower-case letters, digits and single dashes, beginning with a letter, for example "trellis-2"; no reserved word.',
    };
  if (existsSync(join(root, folderOf(kind, name))))
    return {
      code: 'new/exists',
      message: `${folderOf(kind, name)} exists.`,
      help: 'Choose another name, or remove that folder first.',
    };
  return undefined;
}

/** The package.json of a new package; every published package has this shape (check-manifests.mjs). @param {Kind} kind @param {string} name */
export function manifestOf(kind, name) {
  const folder = folderOf(kind, name);
  const { files, dependencies, devDependencies, ...rest } = kinds[kind];
  const types = { types: './dist/index.d.ts', default: './dist/index.js' };
  const source = { '@thinkbits/source': './src/index.ts' };
  /** @param {string[]} names @param {string} range */
  const ranges = (names, range) => Object.fromEntries(names.map((one) => [one, range]));
  const tools = ['@arethetypeswrong/cli', 'publint', 'tsup', 'typescript', 'vitest'];
  const development = {
    ...ranges([...tools, ...devDependencies], 'catalog:'),
    ...ranges(['@thinkbits-internal/tools', '@thinkbits/conformance'], 'workspace:^'),
  };
  return {
    name: nameOfFolder(folder),
    version: '0.0.0',
    description: `TODO: what the ${kind} ${name} does, in one sentence.`,
    keywords: ['quantization', 'llm', 'reasoning', name],
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    exports: { '.': { ...source, ...types }, './package.json': './package.json' },
    files: [
      ...files,
      'dist',
      'src',
      '!src/**/*.test.ts',
      '!src/**/__fixtures__',
      'README.md',
      'CHANGELOG.md',
    ],
    engines: { node: '>=20.19' },
    scripts: {
      build: 'tsup',
      test: `vitest run --root ../../.. ${folder}/`,
      'check-types': 'tsc --noEmit -p .',
      'check:package': 'publint --strict && attw --pack . --profile esm-only',
    },
    dependencies: ranges(dependencies, 'workspace:^'),
    ...rest,
    devDependencies: Object.fromEntries(
      Object.entries(development).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    publishConfig: {
      access: 'public',
      provenance: true,
      exports: { '.': types, './package.json': './package.json' },
    },
    repository: {
      type: 'git',
      url: 'git+https://github.com/thinkbits/thinkbits.git',
      directory: folder,
    },
  };
}

/** @param {string} path @param {unknown} value */
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

/**
 * Writes the files of a new package, its first changeset, and its name into the workspace's package.json so that recipes
 * find it from everywhere in the repository. Nothing is installed.
 *
 * @param {string} root
 * @param {Kind} kind
 * @param {string} name
 * @returns {string} the folder
 */
export function writePackage(root, kind, name) {
  const folder = folderOf(kind, name);
  const template = join(dirname(fileURLToPath(import.meta.url)), 'templates', kind);
  cpSync(template, join(root, folder), { recursive: true, errorOnExist: true, force: false });
  for (const file of filesUnder(root, folder)) {
    const path = join(root, file);
    const content = readFileSync(path, 'utf8')
      .replaceAll('__name__', name)
      .replaceAll('__camel__', camel(name))
      .replaceAll('__Pascal__', pascal(name));
    writeFileSync(path, content);
    renameSync(path, join(dirname(path), basename(path).replace('__name__', name)));
  }
  writeJson(join(root, folder, 'package.json'), manifestOf(kind, name));
  writeJson(join(root, folder, 'tsconfig.json'), {
    extends: '../../../tsconfig.base.json',
    include: ['src'],
  });
  writeFileSync(
    join(root, folder, 'tsup.config.ts'),
    "import { library } from '@thinkbits-internal/tools/tsup';\n\nexport default library();\n",
  );
  const npmName = nameOfFolder(folder);
  writeFileSync(
    join(root, '.changeset', `new-${kind}-${name}.md`),
    `---\n"${npmName}": minor\n---\n\nTODO: what users can do now that they could not do before.\n`,
  );
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const devDependencies = { ...manifest.devDependencies, [npmName]: 'workspace:^' };
  manifest.devDependencies = Object.fromEntries(
    Object.entries(devDependencies).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeJson(join(root, 'package.json'), manifest);
  return folder;
}

/** @param {{ code: string, message: string, help: string }} problem @param {number} exitCode */
function fail({ code, message, help }, exitCode) {
  console.error(`error ${code}: ${message}\nhelp: ${help}`);
  process.exit(exitCode);
}

/** @param {string[]} parameters */
function main([kind = '', name = '', ...rest]) {
  if (!Object.hasOwn(kinds, kind) || name === '' || rest.length > 0)
    fail(
      {
        code: 'new/usage',
        message: 'one kind and one name are needed.',
        help: 'pnpm new:quantizer NAME, pnpm new:benchmark NAME or pnpm new:scorer NAME.',
      },
      2,
    );
  const known = /** @type {Kind} */ (kind);
  const problem = whyNot(repositoryRoot, known, name);
  if (problem) fail(problem, 2);
  const folder = writePackage(repositoryRoot, known, name);
  /** @param {string} script @param {string[]} parameters */
  const run = (script, parameters) =>
    spawnSync(process.execPath, [join(repositoryRoot, script), ...parameters], {
      cwd: repositoryRoot,
      stdio: ['ignore', 2, 2],
    }).status === 0;
  const linked = run('tools/node_modules/pnpm/bin/pnpm.cjs', [
    'install',
    '--no-frozen-lockfile',
    '--prefer-offline',
  ]);
  if (!linked)
    fail(
      {
        code: 'new/not-installed',
        message: `${folder} is written but could not be linked into the workspace.`,
        help: 'Repair what is said above, then run: pnpm install',
      },
      4,
    );
  run('node_modules/@biomejs/biome/bin/biome', ['check', '--write', folder]);
  console.log(`${folder} is written and linked. Next:
  pnpm exec vitest ${folder}    its tests, the conformance kit among them
  pnpm build && npx thinkbits …  then use it by its name, "${name}"
  grep -rn TODO ${folder} .changeset/new-${known}-${name}.md`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  main(process.argv.slice(2));
