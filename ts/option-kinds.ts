// What an option can be, and what is said of it in the table.

export type Where = 'socket' | 'bind' | 'connect' | 'context'

interface Common {
  readonly where: readonly Where[]
  readonly doc: string
}
export interface NumberOption extends Common {
  readonly type: 'number'
  readonly unit: string
  readonly min: number
  readonly max: number
  /** undefined: see `doc`. */
  readonly default: number | undefined
  /** A field of the engine's structure of that name. */
  readonly native?: 'connection' | 'socket'
  /** `true` stands for the default and `false` for 0. */
  readonly orBoolean?: true
}
export interface ChoiceOption extends Common {
  readonly type: 'choice'
  readonly values: readonly string[]
  readonly default: string
  readonly native?: 'connection'
}
export interface FlagOption extends Common {
  readonly type: 'boolean'
  readonly default: boolean
}
/** Checked by its kind only; its type is written by hand in types.ts. */
export interface OtherOption extends Common {
  readonly type: 'function' | 'object' | 'any'
}
export type Option = NumberOption | ChoiceOption | FlagOption | OtherOption
