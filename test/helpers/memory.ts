import v8 from 'node:v8'
import vm from 'node:vm'

v8.setFlagsFromString('--expose-gc')
const gc = vm.runInNewContext('gc') as () => void

/** Collects garbage now, and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    gc()
    await new Promise(setImmediate)
  }
}

export interface Memory {
  /** Of the process. */
  readonly rss: number
  /** Of ArrayBuffers. */
  readonly buffers: number
}

export async function memory(): Promise<Memory> {
  await collectGarbage()
  const { rss, arrayBuffers } = process.memoryUsage()
  return { rss, buffers: arrayBuffers }
}
