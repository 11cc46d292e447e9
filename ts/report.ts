/** An exception of the application is an ordinary uncaught one; what comes after it is delivered all the same. */
export function report(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  )
}
