// What a row of ts/option-table.ts can be.

/** `reconnect` and `close` are objects of their own: the option of that name, and what ends a connection or a socket. */
export type Where = 'socket' | 'bind' | 'connect' | 'reconnect' | 'close' | 'context'

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
  readonly type: 'function' | 'object' | 'string' | 'signal' | 'any'
}
/** A boolean, or an object with the options of that place. */
export interface GroupOption extends Common {
  readonly type: 'group'
  readonly of: Where
  readonly default: boolean
}
export type Option = NumberOption | ChoiceOption | FlagOption | OtherOption | GroupOption
