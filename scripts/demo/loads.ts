import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { filesToSend, root } from './files.js'

/** The messages of one run, in their order; replies come in the same one. */
export interface Messages {
  /** Undefined when there are no more. */
  next(): Buffer | undefined
  /** What is wrong with the next reply, if anything. */
  check(reply: Buffer): string | undefined
}

export interface Load {
  readonly name: string
  /** So many messages are on their way at a time. */
  readonly window: number
  start(window: number): Messages
}

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex')

class Files implements Messages {
  readonly #names = filesToSend()[Symbol.iterator]()
  readonly #expected: { name: string; hash: string }[] = []

  next(): Buffer | undefined {
    const { done, value: name } = this.#names.next()
    if (done) return undefined
    const content = readFileSync(path.join(root, name))
    this.#expected.push({ name, hash: sha256(content) })
    return content
  }

  check(reply: Buffer): string | undefined {
    const { name, hash } = this.#expected.shift() ?? { name: 'nothing', hash: '' }
    const got = sha256(reply)
    return got === hash ? undefined : `${name} came back as something else: SHA-256 ${got}, not ${hash}`
  }
}

const smallBytes = 64
const smallMilliseconds = 2_000

/** Numbered messages, for a while. */
class Small implements Messages {
  readonly #end = performance.now() + smallMilliseconds
  /** One for each message on its way: what a client was given may not change before the reply. */
  readonly #messages: readonly Buffer[]
  #sent = 0
  #received = 0

  constructor(window: number) {
    this.#messages = Array.from({ length: window }, () => Buffer.alloc(smallBytes, 'millrace'))
  }

  next(): Buffer | undefined {
    if (performance.now() >= this.#end) return undefined
    const message = this.#at(this.#sent++)
    message.writeUInt32BE(this.#sent)
    return message
  }

  check(reply: Buffer): string | undefined {
    const expected = this.#at(this.#received++)
    return reply.equals(expected) ? undefined : `message ${this.#received} came back as something else`
  }

  #at(index: number): Buffer {
    const message = this.#messages[index % this.#messages.length]
    if (!message) throw new Error('the window is empty')
    return message
  }
}

export const loads: readonly Load[] = [
  { name: 'files', window: 8, start: () => new Files() },
  { name: `${smallBytes} B`, window: 64, start: (window) => new Small(window) },
]
