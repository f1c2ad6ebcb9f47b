import type { Progress } from "../../client/mod.ts";
import { formatBytes } from "../io/format_bytes.ts";
import { BARS, writeErr } from "../io/output.ts";

const EVERY = 100; // ms

/** The bars on the terminal, each on a line below what was printed before. */
const shown = new Set<ProgressBar>();
let drawn = 0; // lines

/** Shows the progress of a transfer; without a terminal, only the end of a download. */
export class ProgressBar {
  readonly #name: string;
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #quiet: boolean;
  readonly #started = performance.now();
  #from: number; // bytes from an earlier attempt
  #last: number;
  #progress: Progress = { bytes: 0, total: null };

  /** `from` are bytes of an earlier attempt, `delay` is the time without a bar, in ms. */
  constructor(name: string, quiet: boolean, from = 0, delay = -Infinity) {
    this.#name = name;
    this.#quiet = quiet;
    this.#from = from;
    this.#last = this.#started + delay;
  }

  update(progress: Progress): void {
    if (progress.bytes < this.#from) this.#from = 0; // the transfer started over
    this.#progress = progress;
    const now = performance.now();
    if (this.#quiet || !this.#isTerminal || now - this.#last < EVERY) return;
    this.#last = now;
    shown.add(this);
    draw();
  }

  /** Ends the bar: its line stays, and further output starts on a new one. */
  end(): void {
    if (!shown.delete(this)) return;
    erase();
    print(`${this.line()}\n`);
  }

  clear(): void {
    if (shown.delete(this)) erase();
  }

  /** Shows the final line; sizes are in bytes. */
  async done(size: number, resumedFrom: number): Promise<void> {
    if (this.#quiet) return;
    const seconds = (performance.now() - this.#started) / 1000;
    const fresh = size - resumedFrom;
    const before = resumedFrom === 0 ? "" : `, ${formatBytes(resumedFrom)} were there`;
    const speed = `${formatBytes(fresh / Math.max(seconds, 0.001))}/s`;
    shown.delete(this);
    await writeErr(
      `Done. ${formatBytes(fresh)} in ${seconds.toFixed(1)} s (${speed}${before}), ` +
        `saved to ${this.#name}\n`,
    );
  }

  /** The bar as text; with its name, if there are several. */
  line(): string {
    const { bytes, total } = this.#progress;
    const name = shown.size > 1 ? `${this.#name.slice(-20).padEnd(20)} ` : "";
    const seconds = (performance.now() - this.#started) / 1000;
    const speed = (bytes - this.#from) / Math.max(seconds, 0.001);
    const done = formatBytes(bytes);
    const rate = `${formatBytes(speed)}/s`;
    if (total === null || total === 0) return `${name}${done}, ${rate}`;
    const part = Math.min(1, bytes / total);
    const bar = "#".repeat(Math.round(part * 24)).padEnd(24, ".");
    const percent = `${Math.floor(part * 100)}`.padStart(3);
    const left = speed > 0 ? `, ${formatTime((total - bytes) / speed)} left` : "";
    return `${name}${percent} % [${bar}] ${done} of ${formatBytes(total)}, ${rate}${left}`;
  }
}

function draw(): void {
  if (BARS.isMidLine) return;
  erase();
  // A line that wraps could not be found again.
  const { columns } = Deno.consoleSize();
  print([...shown].map((bar) => bar.line().slice(0, columns - 1)).join("\n"));
  drawn = shown.size;
  BARS.erase = erase;
}

function erase(): void {
  if (!BARS.isMidLine) print(drawn > 1 ? `\x1b[${drawn - 1}A\r\x1b[J` : "\r\x1b[K");
  drawn = 0;
  if (shown.size > 0) return;
  BARS.erase = null;
  BARS.isMidLine = false;
}

function print(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

function formatTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
}
