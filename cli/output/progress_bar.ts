import type { Progress } from "../../client/mod.ts";
import { formatBytes } from "../io/format_bytes.ts";
import { writeErr } from "../io/output.ts";

const EVERY = 100; // ms

/** Shows the progress of a download; without a terminal, only its end. */
export class ProgressBar {
  readonly #name: string;
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #quiet: boolean;
  readonly #started = performance.now();
  #from: number; // bytes from an earlier attempt
  #last = -Infinity;
  #progress: Progress = { bytes: 0, total: null };

  constructor(name: string, quiet: boolean, from = 0) {
    this.#name = name;
    this.#quiet = quiet;
    this.#from = from;
  }

  update(progress: Progress): void {
    if (progress.bytes < this.#from) this.#from = 0; // the download started over
    this.#progress = progress;
    const now = performance.now();
    if (this.#quiet || !this.#isTerminal || now - this.#last < EVERY) return;
    this.#last = now;
    writeErr(`\r\x1b[K${this.#line()}`);
  }

  /** Ends the line of the bar, so that further output starts on a new line. */
  end(): void {
    if (this.#last === -Infinity) return;
    this.#last = -Infinity;
    Deno.stderr.writeSync(Uint8Array.of(10));
  }

  /** Shows the final line; sizes are in bytes. */
  async done(size: number, resumedFrom: number): Promise<void> {
    if (this.#quiet) return;
    const seconds = (performance.now() - this.#started) / 1000;
    const fresh = size - resumedFrom;
    const before = resumedFrom === 0 ? "" : `, ${formatBytes(resumedFrom)} were there`;
    const speed = `${formatBytes(fresh / Math.max(seconds, 0.001))}/s`;
    await writeErr(
      `${this.#isTerminal ? "\r\x1b[K" : ""}Done. ${formatBytes(fresh)} in ` +
        `${seconds.toFixed(1)} s (${speed}${before}), saved to ${this.#name}\n`,
    );
  }

  #line(): string {
    const { bytes, total } = this.#progress;
    const seconds = (performance.now() - this.#started) / 1000;
    const speed = (bytes - this.#from) / Math.max(seconds, 0.001);
    const done = formatBytes(bytes);
    const rate = `${formatBytes(speed)}/s`;
    if (total === null || total === 0) return `${done}, ${rate}`;
    const part = Math.min(1, bytes / total);
    const bar = "#".repeat(Math.round(part * 24)).padEnd(24, ".");
    const percent = `${Math.floor(part * 100)}`.padStart(3);
    const left = speed > 0 ? `, ${formatTime((total - bytes) / speed)} left` : "";
    return `${percent} % [${bar}] ${done} of ${formatBytes(total)}, ${rate}${left}`;
  }
}

function formatTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
}
