/** Invented for the tests, in the columns of the data; nobody's gated examples. */
export const inventedQuestions = [
  ['inv-1', 'Which of these numbers is prime?', '7', '8', '9', '10', 'Mathematics'],
  ['inv-2', 'How many legs has a spider?', 'eight', 'six', 'ten', 'four', 'Biology'],
  ['inv-3', 'What is ice made of?', 'water', 'glass', 'salt, pressed', 'sand', 'Chemistry'],
  ['inv-4', 'What does a clock "tell"?', 'the time', 'the date', 'the year', 'lies', 'Physics'],
  ['inv-5', 'Which colour has grass?', 'green', 'red', 'blue', 'violet', 'Biology'],
  ['inv-6', 'What is 3 + 4?', '7', '6', '8', '12', 'Mathematics'],
].map(([id, question, right, first, second, third, domain]) => ({
  'Record ID': id as string,
  Question: question as string,
  'Correct Answer': right as string,
  'Incorrect Answer 1': first as string,
  'Incorrect Answer 2': second as string,
  'Incorrect Answer 3': third as string,
  'High-level domain': domain as string,
  'Canary String': 'invented',
}));
