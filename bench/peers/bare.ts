const answer = {
  statusCode: 200,
  multiValueHeaders: { 'content-type': ['application/json'] },
  body: '{"hello":"world"}',
  isBase64Encoded: false,
};

/** Nothing but an answer: what the runtime itself costs. */
export const handler = async () => answer;
