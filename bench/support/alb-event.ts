/** `GET /v1/me` as an ALB in multi-value mode hands it on ("Lambda functions as targets", Elastic Load Balancing user guide). */
export function albEvent(headers: { authorization: string }) {
  return {
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/photoform/6d0ecf831eec9f09' },
    },
    httpMethod: 'GET',
    path: '/v1/me',
    multiValueQueryStringParameters: {},
    multiValueHeaders: {
      accept: ['application/json, text/plain, */*'],
      'accept-encoding': ['gzip, deflate, br, zstd'],
      'accept-language': ['en-GB,en;q=0.9'],
      authorization: [headers.authorization],
      host: ['api.example.com'],
      origin: ['https://app.example.com'],
      referer: ['https://app.example.com/'],
      'user-agent': ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
      'x-amzn-trace-id': ['Root=1-5c536348-3d683b8b04734faae651f476'],
      'x-forwarded-for': ['203.0.113.7'],
      'x-forwarded-port': ['443'],
      'x-forwarded-proto': ['https'],
    },
    body: '',
    isBase64Encoded: false,
  };
}
