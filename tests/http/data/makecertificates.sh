#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the certificates of this folder, valid until 2120: an authority, a server that it vouches for (helper.test), and
# the same server's of a time that is over. Nobody trusts the authority but the tests, and its key is not kept.
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > ca.cnf << 'END'
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[of_authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[of_server]
subjectAltName = DNS:helper.test,DNS:localhost
END
touch index.txt

# certify <file> <extensions> <from year> <to year> <request> <options...>
certify()
{
    openssl ca -config ca.cnf -batch -notext -keyfile authority.key -extensions "$2" -in "$5" \
        -startdate "$3"0101000000Z -enddate "$4"0101000000Z -out "$folder/$1" "${@:6}"
}

for name in authority server; do
    openssl ecparam -name prime256v1 -genkey -noout -out $name.key
done
openssl req -new -key authority.key -subj '/CN=Remote log test authority' -out authority.csr
openssl req -new -key server.key -subj '/CN=helper.test' -out server.csr
certify authority.pem of_authority 2020 2120 authority.csr -selfsign
certify server.pem of_server 2020 2120 server.csr -cert "$folder/authority.pem"
certify expired.pem of_server 2020 2021 server.csr -cert "$folder/authority.pem"
cp server.key "$folder/"
