import { spawnSync } from 'node:child_process'
import { cpSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { fromRoot, programTree } from './paths.js'

/** A command that has to succeed; what it printed is shown only when it does not. */
export function must(command: string, args: readonly string[], cwd = fromRoot()): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error) throw new Error(`${command}: ${error.message}`)
  if (status === 0) return stdout.trim()
  throw new Error(`${command} ${args.join(' ')} ended with status ${String(status)}\n${stdout}${stderr}`)
}

/** The load client and the reference servers. */
export function buildPrograms(): void {
  const settings = ['-DMILLRACE_BENCH=ON', '-DCMAKE_BUILD_TYPE=Release']
  must('cmake', ['-S', fromRoot(), '-B', programTree, '-G', 'Ninja', ...settings])
  must('cmake', ['--build', programTree, '--target', 'millrace_bench'])
}

/** The package in a directory: addon and dist/. */
export function buildPackage(root = fromRoot()): void {
  must('npm', ['run', 'build'], root)
}

/**
 * A copy of what was built, so that a run of an hour measures one package whatever is built meanwhile. Returns where it
 * lies.
 */
export function keepPackage(): string {
  const kept = fromRoot('build', 'bench', 'package')
  rmSync(kept, { recursive: true, force: true })
  for (const part of ['package.json', 'dist', path.join('build', 'Release', 'millrace.node')]) {
    cpSync(fromRoot(part), path.join(kept, part), { recursive: true })
  }
  symlinkSync(fromRoot('node_modules'), path.join(kept, 'node_modules'))
  return kept
}
