import type { ExecutionContext } from 'ava'
import { Collected } from './events.js'

/** Messages of uncaught exceptions and rejections until the test ends. For serial tests: there is one such event for a process. */
export function uncaught(t: ExecutionContext): Collected<string> {
  const caught = new Collected<string>()
  const note = (error: unknown): void => caught.add((error as Error).message)
  for (const name of ['uncaughtException', 'unhandledRejection'] as const) {
    const others = process.rawListeners(name) as (() => void)[]
    process.removeAllListeners(name).on(name, note)
    t.teardown(() => {
      process.off(name, note)
      others.forEach((each) => process.on(name, each))
    })
  }
  return caught
}
