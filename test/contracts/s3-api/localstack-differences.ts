/** Where LocalStack 4.14 answers otherwise than AWS documents: why, and the tests that can't pass on it for that reason. */
export const LOCALSTACK: Record<string, string[]> = {
  'it looks at no signature in headers, so neither at who signed, when, for where, nor at the payload’s hash': [
    'when nothing is signed, then every operation is refused',
    'when the secret is wrong, then it is refused',
    'when the access key is unknown, then it is refused',
    'when the signature, the key, the query, the method or a signed header is changed, then it is refused',
    'when the body is changed, then it is refused',
    'when an x-amz header is added unsigned, then it is refused',
    'when the host is not signed, then it is refused',
    'when the clocks differ by more than 15 minutes, then it is refused',
    'when it is signed for another region or service, then it is refused',
    'when the authorization is nonsense, then it is refused as malformed',
    'when the payload’s hash is missing or unknown, then it is refused',
    'when a request names a session token, then it is refused, as there are no sessions',
    'when the body is not the one whose sha256 was signed, then the put is refused and nothing is stored',
  ],
  'it looks at no signature of chunks or trailers, and answers malformed streams with 500, another error, or success': [
    'when a signed chunk is changed on its way, then nothing is stored',
    'when a signed trailer is changed on its way, then nothing is stored',
    'when the decoded length is another than promised, or chunks are cut off, then nothing is stored',
    'when the promised trailer is missing or another one comes, then nothing is stored',
    'when a chunk before the last is under 8 KiB, then the stream is refused',
    'when the chunks are no chunks, then nothing is stored',
  ],
  'of presigned URLs it checks the signature and the expiry, by one secret whatever the access key; not the rest': [
    'when a URL is not valid yet, then it is refused and nothing is stored',
    'when the expiry is no time from a second to a week, or something is missing, then it is refused',
    'when another key or secret made the URL, then it is refused',
    'when the URL of an upload names other credentials, then it is refused',
    'when a URL also bears an authorization header, then it is refused',
  ],
  'it takes forms without a policy, does not verify a policy’s signature, and lets fields pass that no condition covers': [
    'when a field is not covered by a condition, then it is refused and nothing is stored',
    'when the policy or its signature is changed, then it is refused and nothing is stored',
    'when there is no policy or no signature, then it is refused and nothing is stored',
    'when any condition of the form’s policy is changed, or the signature, then it is refused',
    'when the form’s policy or what signed it is left out, then it is refused',
    'when the form has a field more, then it is refused',
  ],
  'of a form’s types, separated by commas, it holds only the first against starts-with; AWS holds each': [
    'when the type is another than the policy’s, then it is refused and nothing is stored',
  ],
  'it gives any success_action_status back; AWS answers 204 where it isn’t 200, 201 or 204': [
    'when another success is asked for, then the answer is of that kind',
  ],
  'it does not check a checksum that is a form’s field': [
    'when the file’s sha256 is a field, then other bytes are refused and nothing is stored',
    'when the form’s file is not that of the sha256, then it is refused',
  ],
  'it answers a form without a file with 500': ['when the form has no file or no key, then it is refused'],
  'it limits the fields before a form’s file not to 20 KB': ['when the fields before the file are beyond 20 KB, then it is refused'],
  'it encodes metadata as RFC 2047’s Q where AWS’s documents show B': [
    'when a field’s metadata are in letters no header holds, then they come back encoded, or are refused for their name',
  ],
  'it takes a trailing CRC32C for two checksums, because the name CRC32 is in it': [
    'when the SDK streams, then its trailing checksum is checked and kept',
  ],
  'it does not limit user metadata to 2 KB': ['when user metadata exceed 2 KB, then they are refused and nothing is stored'],
  'it does not limit DeleteObjects to 1,000 keys': ['when a thousand are deleted at once it works, one more is refused and deletes none'],
  'its listing answers 500 to common prefixes beyond ASCII and to a token that is none, and takes MaxKeys=0 for no limit': [
    'when a delimiter is given, then what lies below is told of as one group, also across pages',
    'when the token or a number is nonsense, then it is refused',
    'when no keys are asked for, then none are told',
  ],
  'its CORS rules are not checked when put, and know no * within the name of an allowed header': [
    'when rules are wrong, then they are refused and the old ones stay',
    'when a preflight matches a rule, then it is told what is allowed',
  ],
  'it answers a preflight that names no method with 403; AWS with 400': [
    'when a preflight names no origin or no method, then it is a bad request',
  ],
  'it takes any unit of a range for bytes': ['when a range makes no sense, then the whole object comes'],
  'its 304 has no ETag (RFC 9110 §15.4.5)': ['when If-None-Match names what is there, then 304 is all that comes'],
  'it holds If-Unmodified-Since even where If-Match is true; AWS does not': [
    'when times are conditions, then they decide, and etags before them',
  ],
  'it has no conditional deletes': ['when a delete’s If-Match does not hold, then the object stays'],
  'it has operations that AWS has and our store refuses': ['when an operation is unknown, then it is not taken for another'],
  'it takes a put without a length': ['when a put tells no length, or more than 5 GiB, then it is refused before its body'],
};
