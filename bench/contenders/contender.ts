import type { LoadName } from '../matrix.js'

/** One echo server. What differs between servers is told here and in the program that it starts, nowhere else. */
export interface Contender {
  readonly name: string
  /** What its row stands for, one line of the legend. */
  readonly about: string
  /** The loads it takes part in. */
  readonly loads: readonly LoadName[]
  /** What has to be built before it can start. */
  readonly needs: 'package' | 'programs' | undefined
  /** Why it cannot run here, if it cannot. */
  missing(): string | undefined
  /**
   * A program that prints `listening <port>` as its first line, sends every message back as it came (framing: 4 bytes
   * of big-endian length, then that many bytes), and ends when its stdin ends.
   */
  command(): readonly string[]
  /** The same of the package that lies in another directory. */
  at?(root: string, name: string): Contender
}

export const echoLoads: readonly LoadName[] = ['one', 'many', 'round-trip', 'open-loop', 'idle']
