export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** `211 ms (198–240)`: the median, the least and the most. */
export function spread(values: number[], unit: string): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${Math.round(median(values))} ${unit} (${Math.round(least)}–${Math.round(most)})`;
}

/** The median of what was measured in turns, round by round, so that a machine that is busy for a while counts for both. */
export function ratio(values: number[], peers: number[]): number {
  return median(values.map((value, round) => value / (peers[round] ?? Number.NaN)));
}
