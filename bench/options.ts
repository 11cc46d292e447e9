import { parseArgs } from 'node:util'
import { contenders, type Contender } from './contenders/index.js'
import { loads, type Cell } from './matrix.js'

const knownSizes = [...new Set(loads.flatMap(({ sizes }) => sizes))].filter((size) => size > 0)

export const usage = `npm run bench -- [options]
  --runs N            rounds (10)
  --seconds N         measured time of one measurement (2)
  --warmup N          time before it that is not measured (0.5)
  --contenders a,b    ${contenders.map(({ name }) => name).join(', ')}
  --loads a,b         ${loads.map(({ name }) => name).join(', ')}
  --sizes a,b         ${knownSizes.join(', ')}
  --reference NAME    what the ratios are to (bun)
  --cores A,B         the client's core and the server's (0,1)
  --against REF       also builds that commit and compares this checkout with it
  --json FILE         also writes the raw rows
  --quick             3 runs of half a second, 64 B and 65536 B only
  --smoke             whether every contender that is installed answers rightly, in seconds`

/** What was asked for makes no sense; status 2. */
export class UsageError extends Error {}

export interface Settings {
  readonly runs: number
  readonly seconds: number
  readonly warmup: number
  readonly contenders: readonly Contender[]
  readonly cells: readonly Cell[]
  readonly reference: string
  readonly cores: readonly [client: number, server: number]
  readonly against: string | undefined
  readonly json: string | undefined
  readonly smoke: boolean
  readonly help: boolean
}

const string = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

function read(args: string[]) {
  const valued = {
    runs: string,
    seconds: string,
    warmup: string,
    contenders: string,
    loads: string,
    sizes: string,
  }
  const others = { reference: string, cores: string, against: string, json: string }
  try {
    return parseArgs({ args, options: { ...valued, ...others, quick: flag, smoke: flag, help: flag } }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new UsageError(`--${name} takes a number above 0, not ${String(text)}`)
}

/** The members of `all` that a comma-separated list names; all of them without a list. */
function choose<T>(
  what: string,
  list: string | undefined,
  all: readonly T[],
  nameOf: (member: T) => string,
): T[] {
  if (list === undefined) return [...all]
  return list.split(',').map((name) => {
    const found = all.find((member) => nameOf(member) === name)
    if (found !== undefined) return found
    throw new UsageError(`unknown ${what} ${name}; there are ${[...new Set(all.map(nameOf))].join(', ')}`)
  })
}

// Idle connections have no size: a list of sizes alone does not mean them.
function chooseCells(loadList: string | undefined, sizeList: string | undefined): Cell[] {
  const chosen = choose('load', loadList, loads, ({ name }) => name)
  const sizes = choose('size', sizeList, knownSizes, String)
  const withIdle = sizeList === undefined || loadList !== undefined
  const cells = chosen.flatMap((load) => load.sizes.map((size) => ({ load, size })))
  return cells.filter(({ size }) => (size === 0 ? withIdle : sizes.includes(size)))
}

function chooseCores(list: string | undefined): [number, number] {
  const cores = (list ?? '0,1').split(',').map(Number)
  if (cores.length === 2 && cores.every((core) => Number.isInteger(core) && core >= 0))
    return [cores[0]!, cores[1]!]
  throw new UsageError(`--cores takes two numbers, as in 0,1, not ${String(list)}`)
}

function chooseReference(name: string | undefined, taken: readonly Contender[]): string {
  const names = taken.map((contender) => contender.name)
  if (name === undefined) return names.includes('bun') ? 'bun' : names[0]!
  if (names.includes(name)) return name
  throw new UsageError(`--reference ${name} is none of the contenders ${names.join(', ')}`)
}

export function readSettings(args: string[]): Settings {
  const given = read(args)
  const chosen = choose('contender', given.contenders, contenders, ({ name }) => name)
  const compares = given.against !== undefined && given.contenders === undefined
  const taken = compares ? chosen.filter((contender) => contender.at !== undefined) : chosen
  return {
    runs: Math.ceil(positive('runs', given.runs, given.quick ? 3 : 10)),
    seconds: positive('seconds', given.seconds, given.quick ? 0.5 : 2),
    warmup: positive('warmup', given.warmup, 0.5),
    contenders: taken,
    cells: chooseCells(given.loads, given.sizes ?? (given.quick ? '64,65536' : undefined)),
    reference: chooseReference(given.reference, taken),
    cores: chooseCores(given.cores),
    against: given.against,
    json: given.json,
    smoke: given.smoke,
    help: given.help,
  }
}
