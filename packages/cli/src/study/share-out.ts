/**
 * Shares room among those who need some: whoever needs less than an equal part gets all of it, and what that leaves is
 * shared among the others.
 * @returns what each may use, in their order
 */
export function shareOut(needs: readonly number[], room: number): number[] {
  const shares = needs.map(() => 0);
  const order = needs.map((need, index) => ({ need, index })).sort((a, b) => a.need - b.need);
  let left = room;
  order.forEach(({ need, index }, place) => {
    const share = Math.min(need, Math.floor(left / (order.length - place)));
    shares[index] = share;
    left -= share;
  });
  return shares;
}
