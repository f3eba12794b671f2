/** A fenced block of code. */
export interface Fence {
  /** What stands behind the opening fence, lower case: `python`. */
  readonly tag: string;
  readonly code: string;
  readonly closed: boolean;
}

const fence = /^[ \t]*```+[ \t]*([\w+#.-]*)[ \t\r]*$/;

/**
 * The fenced blocks of a text, in order. A tagged fence inside a block begins a block anew (a model that opened it twice); a last
 * block that was never closed goes on to the end.
 */
export function findFences(text: string): Fence[] {
  const blocks: Fence[] = [];
  let open: { tag: string; lines: string[] } | undefined;
  const end = (closed: boolean) => {
    if (open) blocks.push({ tag: open.tag, code: open.lines.join('\n'), closed });
    open = undefined;
  };
  for (const line of text.split('\n')) {
    const tag = fence.exec(line)?.[1]?.toLowerCase();
    if (tag === undefined) open?.lines.push(line);
    else if (open && tag === '') end(true);
    else {
      if (open?.lines.some((each) => each.trim() !== '')) end(false);
      open = { tag, lines: [] };
    }
  }
  end(false);
  return blocks;
}
