import path from 'node:path'

const root = path.join(__dirname, '..')

export const fromRoot = (...parts: string[]): string => path.join(root, ...parts)

export const programTree = fromRoot('build', 'bench')

/** A program that CMake builds with MILLRACE_BENCH. */
export const program = (name: string): string => path.join(programTree, 'bench', name)

export const serverFile = (name: string): string => fromRoot('bench', 'contenders', 'servers', name)
