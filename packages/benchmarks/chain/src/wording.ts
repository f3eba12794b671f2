/** Words and sentences of the chain problems; the tiny reasoners were trained on exactly these. */
export const people: readonly (readonly [name: string, pronoun: string])[] = [
  ...['Mia', 'Anna', 'Sara', 'Lena', 'Rosa', 'Ella', 'Nina', 'Zoe'].map(
    (name) => [name, 'she'] as const,
  ),
  ...['Tom', 'Ben', 'Max', 'Leo', 'Sam', 'Omar', 'Ivan', 'Paul'].map(
    (name) => [name, 'he'] as const,
  ),
];

export const objects: readonly string[] =
  'apples coins books cards stones shells stamps pens beads cups eggs keys nuts seeds toys balls'.split(
    ' ',
  );

/** {N} name, {P} name or pronoun, {F} friend, {o} objects, {k} number. */
export const openings: readonly string[] = [
  '{N} has {k} {o}.',
  '{N} starts with {k} {o}.',
  'There are {k} {o} in the box of {N}.',
  '{N} owns {k} {o}.',
  'In the morning, {N} has {k} {o}.',
  '{N} keeps {k} {o} in a bag.',
];

export const sentences: { readonly [operation: string]: readonly string[] } = {
  add: [
    '{P} buys {k} more {o}.',
    '{P} buys {k} {o} at the shop.',
    '{P} finds {k} {o}.',
    '{P} finds another {k} {o} at home.',
    '{P} gets {k} {o} from {F}.',
    '{P} wins {k} {o} in a game.',
    '{P} picks up {k} {o}.',
    '{P} collects {k} more {o}.',
    '{F} gives {k} {o} to {N}.',
    '{F} brings {k} more {o}.',
    '{P} adds {k} {o} to the box.',
  ],
  subtract: [
    '{P} sells {k} {o}.',
    '{P} sells {k} of the {o} at the shop.',
    '{P} loses {k} {o}.',
    '{P} loses {k} of them on the way.',
    '{P} gives {k} {o} to {F}.',
    '{P} gives away {k} of them.',
    '{P} drops {k} {o} in the river.',
    '{P} throws out {k} old {o}.',
    '{F} takes {k} of the {o}.',
    '{P} leaves {k} {o} at home.',
    '{P} sends {k} {o} to {F}.',
  ],
  multiply: [
    '{P} now has {k} times as many.',
    '{P} works hard and now has {k} times as many {o}.',
    'The number of {o} grows to {k} times as many.',
    'A rich friend makes it {k} times as many.',
  ],
  double: [
    '{P} doubles the number of {o}.',
    'The number of {o} doubles.',
    '{F} doubles what {N} has.',
  ],
  triple: ['{P} triples the number of {o}.', 'The number of {o} triples.'],
  halve: [
    '{P} gives half of the {o} to {F}.',
    'Half of the {o} are lost.',
    '{P} sells half of them.',
  ],
  share: [
    '{P} shares the {o} equally among {k} bags and keeps one bag.',
    '{P} puts them into {k} equal piles and keeps one pile.',
    'The {o} are split equally among {k} friends, and {N} is one of them.',
    '{P} splits the {o} into {k} equal parts and keeps one part.',
  ],
  compare: [
    '{F} has {k} {o}. How many more {o} than {F} does {N} have?',
    'At the end, {F} has only {k} {o}. How many more {o} does {N} have than {F}?',
  ],
};

export const questions: readonly string[] = [
  'How many {o} does {N} have now?',
  'How many {o} does {N} have at the end?',
  'How many {o} are left?',
  'Find the number of {o} that {N} has.',
];

export const links: readonly string[] = [
  'Then',
  'Next,',
  'After that,',
  'Later,',
  'The next day,',
  'In the evening,',
];
