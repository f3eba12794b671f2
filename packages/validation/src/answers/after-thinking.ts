/**
 * What follows the last `</think>`; chat templates often open the block themselves, so that only its end is there.
 * Undefined when a block was opened and never closed: the model was cut off before it answered.
 */
export function afterThinking(text: string): string | undefined {
  const end = text.lastIndexOf('</think>');
  const rest = end < 0 ? text : text.slice(end + '</think>'.length);
  return rest.includes('<think>') ? undefined : rest;
}
