import type { MrBenRow } from './mr-ben.js';
import { pythonRepr } from './python-repr.js';

/** What the model is asked for; `input` says how it names the place, which is a line or a step. */
const responseFormat = (
  input: string,
  place: 'line' | 'step',
): string => `Please follow the desired response format:
Solution Analysis: [Give a step by step analysis on the solution correctness here]
Solution Correctness: [Input 'correct'/'incorrect' here to indicate the overall correctness of the solution]
First Error Step: [Input ${input} here. Input 'N/A' if the solution is correct.]
Error Reason: [Input the error reason and the rectified reasoning of the first error ${place} here. Input 'N/A' if the solution is correct.] 

Please follow this format without any additional introductory or concluding statements.
`;

function codePrompt({ Question, Model_Solution_Steps }: MrBenRow): string {
  return `Following is a coding question and its solution. Your task is to examine the solutions step by step and determine the solution correctness.
If the solution is incorrect, please further find out the first error line and explain the error reason. 

Following are the specific definitions of the fields:
Solution Correctness: Determines if the code correctly solves the problem. The code must be executable, logically sound, and correctly answer the question.  
First Error Step: Examine each line to categorize as correct, neutral, or incorrect. Correct lines execute well and contribute to solving the problem. Neutral lines are auxiliary and not critical to the main logic. Incorrect lines contain logical, implementation errors, or show a misunderstanding of the problem. Both explanatory comments and code lines could be considered as correct, neutral or incorrect. If you believe the error is caused by missing logic, report the first reasonable place you think the missing code should be inserted.
Error Reason: For the first incorrect line/location identified, explain the specific mistakes and provide a corrected version of the line. The revised line could be either a explanatory comment or a code line.


Below is the question and solution for you to solve:
Question: 
${Question}

Code solution: 
${Model_Solution_Steps}


${responseFormat('the first incorrect line of code', 'line')}`;
}

function stepPrompt({ Subject, Question, Options, Model_Solution_Steps }: MrBenRow): string {
  const steps = [Model_Solution_Steps].flat();
  return `Following is a question/solution pair in subject ${Subject}. Your task is to examine the solutions step by step and determine the solution correctness.
If the solution is incorrect, please further find out the first error step and explain the error reason. 

Following are the specific definitions of the fields:
Solution Correctness: Does the solution correctly answer the question with justifiable reasoning and selected the corrected options?  
First Error Step: For every step it can either be correct, neutral or incorrect. Correct steps are those that possess sound logic and correct computation and lead to the correct answer.
Neutral steps are those step that are explanatory, exploring or focusing on background illustration. They have no obvious mistakes but is not very clear if they lead to the correct answer.
Incorrect steps are those with factual errors, computation errors or understanding/logic errors. These steps might or might not detour the reasoning path to incorrect answers. 
We need to single out the first step that comes with above errors or lead to incorrect answers. 
Error Reason: For the identified first error step, please specify the errors made in this step and suggest a rectified reasoning step instead.


Below is the question and solution for you to solve:
Question: ${Question}
Options: ${Options}
Step by Step Solution: ${pythonRepr(steps)}


${responseFormat("'Step x' here to indicate the first error step", 'step')}`;
}

/** The prompt of MR-Ben's script without examples (k = 0), character by character. */
export function gradingPrompt(row: MrBenRow): string {
  return row.Subject === 'coding' ? codePrompt(row) : stepPrompt(row);
}
