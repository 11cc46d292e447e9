import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './running.js'

export interface Block {
  readonly language: string
  /** From the comment that it begins with: `// server.mjs`. */
  readonly name: string | undefined
  readonly code: string
}

/** The code blocks of a page of ours. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(path.join(root, page), 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    code,
    name: /^\/\/ ([\w-]+\.\w+)/.exec(code)?.[1],
  }))
}

export function blockNamed(page: string, name: string): Block {
  const found = blocksOf(page).find((each) => each.name === name)
  if (!found) throw new Error(`${page} has no block that begins with // ${name}`)
  return found
}
