import { parseArgs } from 'node:util'

export const usage = `Usage: npm start [-- options]

  --stay   keep serving until ctrl-C, and print lines to paste
  --help   print this`

export class UsageError extends Error {}

export interface Arguments {
  readonly stay: boolean
  readonly help: boolean
}

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const options = { stay: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
    const { values } = parseArgs({ args: [...args], options })
    return { stay: values.stay ?? false, help: values.help ?? false }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
