/**
 * Memory and work of processes.
 * @module
 */

/** Resident memory of a process in MiB, now or at its peak; Linux only. */
export function memoryOf(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
}

/** How long the main thread of a process has computed, in ms; Linux only. */
export function workOf(pid: number): number {
  return parseInt(Deno.readTextFileSync(`/proc/${pid}/schedstat`)) / 1e6; // from ns
}

/** How long this process has computed, in ms: what a busy machine lets it wait does not count. */
export function ownWork(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Makes the present memory of a process its peak, so that the next peak is that of one step. */
export function resetPeakMemory(pid: number): void {
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5"); // proc(5): resets VmHWM
}
