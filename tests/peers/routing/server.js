// SPDX-License-Identifier: MIT
// server.js [port]: Helia's delegated routing server on 127.0.0.1, over a map. Says in a line where it is. For each line of
// standard input it forgets all records, and says so.
import { createDelegatedRoutingV1HttpApiServer } from '@helia/delegated-routing-v1-http-api-server'
import { ipnsSelector } from 'ipns/selector'
import { createInterface } from 'node:readline'

const records = new Map()

const routing = {
    async get(key) {
        const record = records.get(keyText(key))
        if (record === undefined) {
            throw Object.assign(new Error('no record'), { name: 'NotFoundError' })
        }
        return record
    },

    // The signature was checked before; what is better than what, nobody else checks.
    async put(key, record) {
        const stored = records.get(keyText(key))
        if (stored !== undefined && !Buffer.from(stored).equals(record) && ipnsSelector(key, [stored, record]) === 0) {
            throw new Error('there is a record that is as good or better')
        }
        records.set(keyText(key), record)
    }
}

function keyText(key) {
    return Buffer.from(key).toString('hex')
}

const server = await createDelegatedRoutingV1HttpApiServer(
    { routing }, { listen: { host: '127.0.0.1', port: Number(process.argv[2] ?? 0) } })
process.on('SIGTERM', () => process.exit(0))
console.log(`http://127.0.0.1:${server.server.address().port}/`)
createInterface({ input: process.stdin }).on('line', () => {
    records.clear()
    console.log('forgotten')
})
