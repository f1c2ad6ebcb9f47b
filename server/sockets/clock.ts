// A cheap clock with a resolution of a quarter of a second.

export const clock: { now: number; date: string } = { now: performance.now(), date: "" };
let second = -1;

export function turnClock(): void {
  clock.now = performance.now();
  const time = Date.now();
  const current = Math.floor(time / 1000);
  if (current === second) return;
  second = current;
  clock.date = new Date(time).toUTCString();
}

turnClock();
