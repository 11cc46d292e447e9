import { markAsUntransferable } from 'node:worker_threads'

type BufferConstructor = new (memory: ArrayBuffer, offset: number, length: number) => Buffer

/** The class that Node makes Buffers with: what `subarray` would do, in a third of the time. */
const FastBuffer = (Buffer as unknown as Record<symbol, BufferConstructor>)[Symbol.species]

/** Memory that is about to be overwritten, and therefore not zeroed. */
export function makeBuffer(bytes: number): ArrayBufferLike {
  return Buffer.allocUnsafeSlow(bytes).buffer
}

/** Up to this size a block is filled over several batches, and kept for the next one (native/binding/delivery.cpp). */
const keptBytes = 64 * 1024

function isolatedCopy(block: ArrayBuffer, offset: number, length: number): Buffer {
  const own = Buffer.allocUnsafeSlow(length)
  own.set(new Uint8Array(block, offset, length))
  return own
}

function refuse(): never {
  throw new TypeError(
    'This memory is shared with other messages of the socket; copy the data before you transfer it',
  )
}

const guards = { transfer: { value: refuse }, transferToFixedLength: { value: refuse } }

/** The blocks that the records of a batch point into. */
export class Blocks {
  #now: readonly ArrayBuffer[] = []
  #guarded: ArrayBuffer | undefined
  readonly #isolated: boolean

  /** `isolated`: every message in memory of its own. */
  constructor(isolated: boolean) {
    this.#isolated = isolated
  }

  replace(blocks: readonly ArrayBuffer[]): void {
    this.#now = blocks
  }

  view(place: number, offset: number, length: number): Buffer {
    const block = this.#now[place]!
    if (length !== block.byteLength) {
      if (this.#isolated) return isolatedCopy(block, offset, length)
      if (block !== this.#guarded) this.#guard(block)
    }
    return new FastBuffer!(block, offset, length)
  }

  /** Lets go of what the next batch will not use. */
  forget(): void {
    if (this.#now.length === 1 && this.#now[0]!.byteLength <= keptBytes) return
    this.#now = []
    this.#guarded = undefined
  }

  /** A transfer would take the other messages along; node:worker_threads and `transfer` itself refuse it from now on. */
  #guard(block: ArrayBuffer): void {
    this.#guarded = block
    if (Object.hasOwn(block, 'transfer')) return
    markAsUntransferable(block)
    Object.defineProperties(block, guards)
  }
}
