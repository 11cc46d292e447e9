import { outOfRange, unknownOption, wrongOption, wrongType } from './errors.js'
import type { NumbersOf } from './native.js'
import type { NumberOption, Option, Where } from './option-kinds.js'
import { optionTable, type OptionName } from './option-table.js'
import type { CloseOptions, Transport } from './types.js'

/** A control frame has room for 125 bytes, the code takes 2. */
const longestReason = 123

const options = Object.entries(optionTable) as [OptionName, Option][]

function namesAt(where: Where): OptionName[] {
  return options.filter(([, option]) => option.where.includes(where)).map(([name]) => name)
}

/** Levenshtein distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, changed))
    }
    row = next
  }
  return row[b.length] ?? 0
}

function nearest(name: string, where: Where): string | undefined {
  const ranked = namesAt(where)
    .map((candidate) => ({ candidate, apart: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.apart - b.apart)
  const best = ranked[0]
  return best && best.apart <= Math.max(2, name.length / 3) ? best.candidate : undefined
}

function checkNumber(name: string, option: NumberOption, value: unknown): void {
  if (option.orBoolean && typeof value === 'boolean') return
  const expected = `a whole number of ${option.unit} from ${option.min} to ${option.max}`
  if (typeof value !== 'number') throw wrongType(expected, name, value)
  if (!Number.isInteger(value) || value < option.min || value > option.max)
    throw outOfRange(expected, name, value)
}

/** By its looks, as Node does: it may come from another realm. */
function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
}

function checkValue(name: string, option: Option, value: unknown): void {
  switch (option.type) {
    case 'number':
      return checkNumber(name, option, value)
    case 'choice':
      if (typeof value === 'string' && option.values.includes(value)) return
      throw wrongType(`one of ${option.values.map((each) => `'${each}'`).join(', ')}`, name, value)
    case 'any':
      return
    case 'signal':
      if (isSignal(value)) return
      throw wrongType('an AbortSignal', name, value)
    case 'group':
      if (typeof value === 'boolean') return
      if (typeof value === 'object' && value !== null) return checkOptions(option.of, value)
      throw wrongType('a boolean or an object', name, value)
    case 'object':
      if (typeof value === 'object' && value !== null) return
      throw wrongType('an object', name, value)
    default:
      if (typeof value !== option.type) throw wrongType(`a ${option.type}`, name, value)
  }
}

/** Refuses unknown names and wrong values; undefined counts as not given. */
export function checkOptions(where: Where, given: unknown): void {
  if (given === undefined) return
  if (typeof given !== 'object' || given === null)
    throw wrongType('an object', `the options of ${where}`, given)
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(optionTable, name) ? (optionTable[name as OptionName] as Option) : undefined
    if (!option?.where.includes(where)) throw unknownOption(name, where, nearest(name, where))
    if (value !== undefined) checkValue(name, option, value)
  }
}

/** The code and the reason that a close may give are those of RFC 6455. */
export function checkCloseOptions(given: {
  readonly [Name in keyof CloseOptions]?: CloseOptions[Name] | undefined
}): void {
  checkOptions('close', given)
  const { code = 1000, reason = '' } = given
  if (code !== 1000 && code < 3000) throw outOfRange('1000, or a number from 3000 to 4999', 'code', code)
  if (Buffer.byteLength(reason) > longestReason)
    throw outOfRange(`at most ${longestReason} bytes of UTF-8`, 'reason', reason)
}

const transports: readonly string[] = ['tcp', 'ipc'] satisfies Transport[]

/** Where `framing` may be a map by transport too. */
export function checkSocketOptions(given: unknown): void {
  const framing: unknown = (given as { framing?: unknown } | null)?.framing
  if (typeof framing !== 'object' || framing === null) {
    checkOptions('socket', given)
    return
  }
  checkOptions('socket', { ...(given as object), framing: undefined })
  for (const [transport, name] of Object.entries(framing)) {
    if (!transports.includes(transport)) throw unknownOption(transport, 'framing', undefined)
    checkOptions('socket', { framing: name as unknown })
  }
}

function toNumber(option: Option, value: unknown): number {
  if (option.type === 'choice') return option.values.indexOf((value ?? option.default) as string)
  if (option.type !== 'number') return 0
  if (value === undefined || value === true) return option.default ?? 0
  return Number(value)
}

/** What a structure of the engine wants: every field, from the first of `layers` that has it or the default. */
export function nativeOptions(
  structure: 'connection' | 'socket',
  ...layers: readonly (object | undefined)[]
): NumbersOf<string> {
  const fields = options.filter(([, option]) => 'native' in option && option.native === structure)
  return Object.fromEntries(
    fields.map(([name, option]) => {
      const layer = layers.find(
        (each) => each !== undefined && (each as Record<string, unknown>)[name] !== undefined,
      )
      return [name, toNumber(option, (layer as Record<string, unknown> | undefined)?.[name])]
    }),
  )
}

/** The framing that a socket wants on a transport. */
function framingAt(transport: Transport, defaults: object): unknown {
  const { framing } = defaults as { framing?: string | Readonly<Record<string, string>> }
  return typeof framing === 'object' ? framing[transport] : framing
}

/** What the engine wants to know of a connection: `options` of its bind or connect before the socket's `defaults`. */
export function connectionOptions(
  transport: Transport,
  options: object,
  defaults: object,
): NumbersOf<string> {
  const own = { ...defaults, framing: framingAt(transport, defaults) }
  const numbers = nativeOptions('connection', options, own)
  if (numbers['maxMessageSize'] === 0 && numbers['framing'] === optionTable.framing.values.indexOf('none'))
    throw wrongOption("With framing 'none' maxMessageSize must be at least 1: nothing could be received")
  return numbers
}
