import { existsSync } from 'node:fs'
import { program } from '../paths.js'
import { echoLoads, type Contender } from './contender.js'

const file = program('asio_echo')

export const asio: Contender = {
  name: 'asio',
  about:
    'Boost.Asio in C++, whole frames written back from the memory they were read into; no messages, no JavaScript',
  loads: echoLoads,
  needs: 'programs',
  missing: () => (existsSync(file) ? undefined : 'asio_echo is not built'),
  command: () => [file],
}
