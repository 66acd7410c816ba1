// SPDX-License-Identifier: MIT
// oracle.js: what npm ipns makes of records. Each line of standard input is a command as JSON, each line of standard
// output its answer: {"result": ...} or {"error": "why not"}. Bytes are base64; a number may be a text, for JSON has no 64 bits.
//
//   {"do": "create", "seed", "value", "sequence", "validity", "ttl", "v1": bool}  a record as npm ipns writes it
//   {"do": "sign", the same}           a record as others write it: any bytes as value and validity
//   {"do": "validate", "name", "record"}   what is in it: {"value", "sequence", "validity", "ttl"}
//   {"do": "select", "name", "records": []}  the index of the best
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import * as cborg from 'cborg'
import { createIPNSRecordWithExpiration, marshalIPNSRecord, multihashToIPNSRoutingKey, unmarshalIPNSRecord } from 'ipns'
import { ipnsSelector } from 'ipns/selector'
import { ipnsValidator } from 'ipns/validator'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { createInterface } from 'node:readline'

const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'))
const base64 = (some) => Buffer.from(some).toString('base64')
const routingKey = (name) => multihashToIPNSRoutingKey(CID.parse(name, base36).multihash)
const signingKey = (seed) => generateKeyPairFromSeed('Ed25519', bytes(seed))

const commands = {
    async create({ seed, value, sequence, validity, ttl, v1 }) {
        const text = (some) => Buffer.from(some, 'base64').toString()
        const record = await createIPNSRecordWithExpiration(await signingKey(seed), text(value), BigInt(sequence),
            text(validity), { ttlNs: BigInt(ttl), v1Compatible: v1 })
        return base64(marshalIPNSRecord(record))
    },

    // npm ipns writes nine digits of a second, and paths: others do not. The codec and the signature are still not ours.
    async sign({ seed, value, sequence, validity, ttl, v1 }) {
        const key = await signingKey(seed)
        const fields = { Value: bytes(value), Validity: bytes(validity), ValidityType: 0, Sequence: BigInt(sequence), TTL: BigInt(ttl) }
        const data = cborg.encode(fields)
        const record = { data, signatureV2: await key.sign(Buffer.concat([Buffer.from('ipns-signature:'), data])) }
        if (v1) {
            Object.assign(record, {
                value: Buffer.from(fields.Value).toString(), validity: Buffer.from(fields.Validity).toString(), validityType: 'EOL',
                sequence: fields.Sequence, ttl: fields.TTL,
                signatureV1: await key.sign(Buffer.concat([fields.Value, fields.Validity, Buffer.from('EOL')]))
            })
        }
        return base64(marshalIPNSRecord(record))
    },

    async validate({ name, record }) {
        await ipnsValidator(routingKey(name), bytes(record))
        const { value, sequence, validity, ttl } = unmarshalIPNSRecord(bytes(record))
        return { value, sequence: String(sequence), validity, ttl: String(ttl) }
    },

    async select({ name, records }) {
        return ipnsSelector(routingKey(name), records.map(bytes))
    }
}

for await (const line of createInterface({ input: process.stdin })) {
    let answer
    try {
        const command = JSON.parse(line)
        answer = { result: await commands[command.do](command) }
    } catch (error) {
        answer = { error: String(error) }
    }
    console.log(JSON.stringify(answer))
}
