const every = 100

/** Rewrites one line while `work` goes on; only where someone is looking. */
export async function withProgress<T>(line: () => string, work: Promise<T>): Promise<T> {
  if (!process.stdout.isTTY) return work
  const timer = setInterval(() => process.stdout.write(`\r\u001b[K${line()}`), every)
  try {
    return await work
  } finally {
    clearInterval(timer)
    process.stdout.write('\r\u001b[K')
  }
}
