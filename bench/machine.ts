import { readFileSync } from 'node:fs'
import os from 'node:os'
import { must } from './build.js'
import { bunVersion } from './contenders/bun-server.js'

function setting(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

function commit(): string | undefined {
  try {
    return must('git', ['describe', '--always', '--dirty', '--abbrev=12'])
  } catch {
    return undefined
  }
}

/** What the figures depend on beside the code. */
export const machineFacts = () => ({
  date: new Date().toISOString(),
  commit: commit(),
  cpu: os.cpus()[0]?.model,
  cores: os.availableParallelism(),
  kernel: `${os.type()} ${os.release()}`,
  node: process.versions.node,
  bun: bunVersion,
  governor: setting('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
  congestionControl: setting('/proc/sys/net/ipv4/tcp_congestion_control'),
})
