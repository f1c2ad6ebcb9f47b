// State in the memory of one process that several processes would each have their own of.
const found = new Map<string, string>();

/** Notes such state, and what shares it between processes. */
export function noteLocalState(what: string, remedy: string): void {
  found.set(what, remedy);
}

export function localStateWarning(): string | null {
  if (found.size === 0) return null;
  const lines = [...found].map(([what, remedy]) => `\n  ${what}: ${remedy}`);
  return "Warning: several processes serve this port, and each has a memory of its own:" +
    lines.join("");
}
