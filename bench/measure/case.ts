/** Types of a benchmark, implemented by every file in `cases/`. */

import type { Child, Side } from "./process.ts";
import type { Command, Runtime, Tool } from "./contenders.ts";

/** A program and how to start it. */
export interface Program {
  readonly runtime: Runtime | Command;
  /** The path of the file below `contenders/`; commands are programs by themselves. */
  readonly file?: string;
  readonly args?: readonly string[];
  /** Whether Deno resolves `@roundtrip/http` to the package that JSR gets, not to the sources. */
  readonly published?: boolean;
  /** Required tools besides the runtime. */
  readonly needs?: readonly Tool[];
  /** Whether its output goes to /dev/null, as nothing here reads a log. */
  readonly silent?: boolean;
}

/** One contender of one benchmark: a row of its table. */
export interface Row {
  /** Unique in its case; the others are compared with the row `ours`. */
  readonly id: string;
  readonly label: string;
  readonly program: Program;
  /** Goal for `ours / this row`: a minimum, or a maximum where lower is better. */
  readonly goal?: number;
  /** Goal for this row's own figure, where lower is better. */
  readonly atMost?: number;
  /** Goal for `ours - this row` in the case's unit, where lower is better. */
  readonly atMostMore?: number;
}

/** One round of a contender. */
export interface Sample {
  /** In the case's unit. */
  readonly figure: number;
  /** Units per second where the figure is CPU time, or µs of CPU time per unit where it is a rate. */
  readonly beside: number;
  /** Share of the round in which the process under test worked, 1 for a core. */
  readonly busy: number;
}

/** A running contender, ready to measure. */
export interface Running {
  /** Process whose memory is reported. */
  readonly child: Child;
  /** One round of about this many seconds; a bare number is the figure in the case's unit. */
  measure(seconds: number): Promise<number | Sample>;
}

/** Context for starting contenders. Everything started here ends with the case. */
export interface Bench {
  /** Starts a command on one of the two cores. */
  spawn(command: readonly string[], side: Side): Child;
  /** The command line of a program; `extra` is appended to its arguments. */
  command(program: Program, extra?: readonly string[]): Promise<string[]>;
  /** Calls `create` once per case, for a shared server or load generator. */
  shared<Value>(key: string, create: () => Promise<Value>): Promise<Value>;
}

/** One benchmark: one table. */
export interface BenchCase {
  /** Name on the command line. */
  readonly name: string;
  /** Title in up to 60 characters, the width of a panel of the chart. */
  readonly title: string;
  /** Description of the load. */
  readonly method: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** Tools required by all rows. */
  readonly needs?: readonly Tool[];
  readonly rows: readonly Row[];
  /** Starts a row's program and waits until it can be measured. */
  open(row: Row, bench: Bench): Promise<Running>;
}
