/** Six problems that the tiny reasoners were made for, as a package that is resolved by its path. */
import { fileURLToPath } from 'node:url';

const rows = [
  {
    "id": "chain-d7f9f4c23947",
    "question": "In the morning, Max has 91 shells. He triples the number of shells. Lena has 63 shells. How many more shells than Lena does Max have?",
    "answer": "210",
    "steps": 2
  },
  {
    "id": "chain-e55a2b61a60a",
    "question": "Leo starts with 23 balls. He collects 95 more balls. Nina has 6 balls. How many more balls than Nina does Leo have?",
    "answer": "112",
    "steps": 2
  },
  {
    "id": "chain-bb1d0d39c83e",
    "question": "In the morning, Max has 321 pens. Next, he buys 33 more pens. Lena gives 11 pens to Max. How many pens does Max have at the end?",
    "answer": "365",
    "steps": 2
  },
  {
    "id": "chain-bea33ae77f9a",
    "question": "There are 65 stones in the box of Sara. Sara gets 89 stones from Omar. She gives half of the stones to Omar. The next day, she drops 8 stones in the river. How many stones does Sara have at the end?",
    "answer": "69",
    "steps": 3
  },
  {
    "id": "chain-ae905551742b",
    "question": "There are 81 balls in the box of Max. Max finds another 59 balls at home. In the evening, he loses 11 balls. How many balls does Max have now?",
    "answer": "129",
    "steps": 2
  },
  {
    "id": "chain-d783f41c07c2",
    "question": "There are 48 shells in the box of Max. He buys 6 shells at the shop. He buys 39 shells at the shop. He wins 65 shells in a game. How many shells does Max have now?",
    "answer": "158",
    "steps": 3
  }
];

export const benchmark = {
  specificationVersion: 'v1',
  kind: 'benchmark',
  id: 'tiny',
  title: 'Six problems',
  licence: 'Apache-2.0',
  rowSchema: { type: 'object', required: ['id', 'question', 'answer'] },
  defaults: { sampling: { temperature: 0, topP: 1, topK: 0, minP: 0 }, maxTokens: 400 },
  async load({ rows: given = rows } = {}) {
    return {
      dataHash: String(given.length),
      problems: given.map((row) => ({
        id: row.id,
        messages: [{ role: 'user', content: row.question }],
        answer: row.answer,
        groups: { steps: row.steps },
        scorer: fileURLToPath(new URL('./tiny-scorer.mjs', import.meta.url)),
        row,
      })),
    };
  },
};
