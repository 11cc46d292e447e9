import type { LookupFunction } from 'node:net'

/** A look-up that answers with these addresses, and what it was asked. */
export function answering(addresses: readonly string[]): { lookup: LookupFunction; asked: unknown[] } {
  const asked: unknown[] = []
  const lookup: LookupFunction = (host, options, callback) => {
    asked.push([host, options.all])
    setImmediate(() =>
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      ),
    )
  }
  return { lookup, asked }
}
