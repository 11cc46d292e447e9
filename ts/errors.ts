import { getSystemErrorName } from 'node:util'
import type { NativeError } from './native.js'

/** What `bind`, `connect` and sending fail with. `code` is stable; docs/api.md has a heading for each. */
export class MillraceError extends Error {
  readonly code: string
  declare readonly errno?: number
  declare readonly syscall?: string
  declare readonly address?: string
  declare readonly port?: number

  constructor(
    code: string,
    message: string,
    details: Partial<Pick<MillraceError, 'errno' | 'syscall' | 'address' | 'port'>> = {},
  ) {
    super(message)
    this.code = code
    Object.assign(this, details)
  }

  static {
    Object.defineProperty(this.prototype, 'name', {
      value: 'MillraceError',
      configurable: true,
      writable: true,
    })
  }
}

const wrongArgument = 'ERR_MILLRACE_INVALID_OPTION'

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 80 ? `${value.slice(0, 80)}...` : value}'`
  if (typeof value === 'object' && value !== null) return value.constructor.name
  return typeof value === 'function' ? 'a function' : String(value)
}

function sentence(expected: string, name: string, value: unknown): string {
  return `Expected ${expected} for ${name} but received ${shown(value)} of type ${value === null ? 'null' : typeof value}`
}

export function wrongType(expected: string, name: string, value: unknown): TypeError & { code: string } {
  return Object.assign(new TypeError(sentence(expected, name, value)), { code: wrongArgument })
}

export function outOfRange(expected: string, name: string, value: unknown): RangeError & { code: string } {
  return Object.assign(new RangeError(sentence(expected, name, value)), { code: wrongArgument })
}

export function unknownOption(
  name: string,
  where: string,
  nearest: string | undefined,
): TypeError & { code: string } {
  const advice = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  return Object.assign(new TypeError(`Unknown option '${name}' of ${where}${advice}`), {
    code: wrongArgument,
  })
}

/** Of options that contradict each other or the endpoint. */
export function wrongOption(sentence: string): TypeError & { code: string } {
  return Object.assign(new TypeError(sentence), { code: wrongArgument })
}

export function invalidEndpoint(endpoint: string, failure: NativeError): MillraceError {
  return new MillraceError(failure.code ?? '', `Invalid endpoint '${endpoint}': ${failure.message}`)
}

export function socketClosed(): MillraceError {
  return new MillraceError('ERR_MILLRACE_CLOSED', 'The socket is closed')
}

export function routingIdInUse(): MillraceError {
  return new MillraceError('ERR_MILLRACE_ROUTING_ID_IN_USE', 'the routing id is in use')
}

export function claimed(what: string, holder: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CLAIMED', `${what} has a consumer already: ${holder}`)
}

/** As Node's own API says it: by the name and the code of the error. */
export function aborted(signal: AbortSignal): MillraceError {
  const error = new MillraceError('ABORT_ERR', 'The operation was aborted')
  const hidden = { configurable: true, writable: true }
  Object.defineProperty(error, 'name', { value: 'AbortError', ...hidden })
  Object.defineProperty(error, 'cause', { value: signal.reason as unknown, ...hidden })
  return error
}

/** What an attempt to connect fails with, be it an exception of the application's own look-up. */
export function asMillraceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, message } = error as Partial<NodeJS.ErrnoException>
  const made = new MillraceError(code ?? 'ENOTFOUND', message ?? String(error))
  Object.defineProperty(made, 'cause', { value: error, configurable: true, writable: true })
  return made
}

export function queueFull(id: number): MillraceError {
  return new MillraceError('EAGAIN', `The queue of peer ${id} is full (maxBufferedBytes)`)
}

export function tooLong(bytes: number): RangeError & { code: string } {
  return outOfRange('at most maxMessageSize bytes', 'data', bytes)
}

/** Node's name for an errno, or our own code. */
export function codeOf(failure: NativeError): string {
  return failure.code ?? getSystemErrorName(-(failure.errno ?? 0))
}

/** With Node's code, errno, syscall, address and, on tcp, port where it is the system's. */
export function fromNative(
  failure: NativeError,
  syscall: string,
  address?: string,
  port?: number,
): MillraceError {
  const code = codeOf(failure)
  if (failure.errno === undefined) return new MillraceError(code, failure.message)
  const where = address === undefined ? '' : ` ${port === undefined ? address : `${address}:${port}`}`
  const details = {
    errno: -failure.errno,
    syscall,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
  }
  return new MillraceError(code, `${syscall} ${code}: ${failure.message}${where}`, details)
}
