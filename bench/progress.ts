/** A line that says what is being measured and how long the rest will take; only where someone is looking. */
export class Progress {
  readonly #begun = performance.now()
  readonly #seen = process.stderr.isTTY

  show(done: number, all: number, what: string): void {
    if (!this.#seen) return
    const seconds = done === 0 ? undefined : ((performance.now() - this.#begun) / 1000 / done) * (all - done)
    const left = seconds === undefined ? '' : `, ${Math.ceil(seconds / 60)} min left`
    process.stderr.write(`\r\u001b[K${done + 1}/${all}${left}: ${what}`)
  }

  clear(): void {
    if (this.#seen) process.stderr.write('\r\u001b[K')
  }
}
