import { lookup as dnsLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { invalidEndpoint, MillraceError, wrongType } from './errors.js'
import { native, type ParsedEndpoint } from './native.js'

/** UV_EAI_NONAME. */
const notFound = -3008

/** @throws MillraceError ERR_MILLRACE_INVALID_ENDPOINT */
export function parseEndpoint(endpoint: unknown): ParsedEndpoint {
  if (typeof endpoint !== 'string')
    throw wrongType("an endpoint such as 'tcp://127.0.0.1:7000'", 'endpoint', endpoint)
  const parsed = native.parseEndpoint(endpoint)
  if ('error' in parsed) throw invalidEndpoint(endpoint, parsed.error)
  return parsed
}

/** Of an endpoint to connect to: `*` and port 0 name nobody. */
export function parseRemote(endpoint: unknown): ParsedEndpoint {
  const parsed = parseEndpoint(endpoint)
  if (parsed.host !== '*' && parsed.port !== 0) return parsed
  const code = 'ERR_MILLRACE_INVALID_ENDPOINT'
  throw invalidEndpoint(String(endpoint), {
    code,
    message: 'connecting takes a host and a port other than * and 0',
  })
}

function resolutionFailed(error: NodeJS.ErrnoException): MillraceError {
  return new MillraceError(error.code ?? 'ENOTFOUND', error.message, {
    errno: error.errno ?? 0,
    syscall: 'getaddrinfo',
  })
}

/** What a look-up answered, which may be an application's own. */
function checkAddresses(host: string, all: readonly { address: string }[]): string[] {
  const addresses = all.map((each) => each.address).filter((each) => isIP(each) !== 0)
  if (addresses.length !== 0) return addresses
  throw new MillraceError('ENOTFOUND', `getaddrinfo ENOTFOUND ${host}`, {
    errno: notFound,
    syscall: 'getaddrinfo',
  })
}

/** Every address of a host; literals are not looked up. */
export async function resolveHost(host: string, lookup: LookupFunction = dnsLookup): Promise<string[]> {
  if (isIP(host) !== 0) return [host]
  const found = await new Promise<readonly { address: string }[]>((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error) return reject(resolutionFailed(error))
      resolve(typeof found === 'string' ? [{ address: found }] : found)
    })
  })
  return checkAddresses(host, found)
}
