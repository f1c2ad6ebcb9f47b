// Written by `deno task tutorial` from the folder examples/; a test compares them.
/**
 * The examples.
 * @module
 */
import { type Chapter, chapter, playground } from "./chapter.ts";

/** All of them, in order. */
// deno-fmt-ignore: a line for each, however long its name
export const CHAPTERS: readonly Chapter[] = [
  chapter("0001_request.ts", () => import("../../examples/0001_request.ts")),
  chapter("0002_parameters.ts", () => import("../../examples/0002_parameters.ts")),
  chapter("0003_response_content.ts", () => import("../../examples/0003_response_content.ts")),
  chapter("0004_json_requests.ts", () => import("../../examples/0004_json_requests.ts")),
  chapter("0005_json_responses.ts", () => import("../../examples/0005_json_responses.ts")),
  chapter("0006_streaming_responses.ts", () => import("../../examples/0006_streaming_responses.ts")),
  chapter("0007_posting.ts", () => import("../../examples/0007_posting.ts")),
  chapter("0008_multipart.ts", () => import("../../examples/0008_multipart.ts")),
  chapter("0009_streaming_uploads.ts", () => import("../../examples/0009_streaming_uploads.ts")),
  chapter("0010_client_websockets.ts", () => import("../../examples/0010_client_websockets.ts")),
  chapter("0011_timeouts.ts", () => import("../../examples/0011_timeouts.ts")),
  chapter("0012_sessions.ts", () => import("../../examples/0012_sessions.ts")),
  chapter("0013_response_details.ts", () => import("../../examples/0013_response_details.ts")),
  chapter("0014_simple_server.ts", () => import("../../examples/0014_simple_server.ts")),
  chapter("0015_command_line.ts", () => import("../../examples/0015_command_line.ts")),
  chapter("0016_route_tables.ts", () => import("../../examples/0016_route_tables.ts")),
  chapter("0017_wildcards.ts", () => import("../../examples/0017_wildcards.ts")),
  chapter("0018_variable_resources.ts", () => import("../../examples/0018_variable_resources.ts")),
  chapter("0019_named_resources.ts", () => import("../../examples/0019_named_resources.ts")),
  chapter("0020_listing_resources.ts", () => import("../../examples/0020_listing_resources.ts")),
  chapter("0021_handler_classes.ts", () => import("../../examples/0021_handler_classes.ts")),
  chapter("0022_class_based_views.ts", () => import("../../examples/0022_class_based_views.ts")),
  chapter("0023_json_replies.ts", () => import("../../examples/0023_json_replies.ts")),
  chapter("0024_encrypted_sessions.ts", () => import("../../examples/0024_encrypted_sessions.ts")),
  chapter("0025_html_forms.ts", () => import("../../examples/0025_html_forms.ts")),
  chapter("0026_small_uploads.ts", () => import("../../examples/0026_small_uploads.ts")),
  chapter("0027_large_uploads.ts", () => import("../../examples/0027_large_uploads.ts")),
  chapter("0028_server_websockets.ts", () => import("../../examples/0028_server_websockets.ts")),
  chapter("0029_redirects.ts", () => import("../../examples/0029_redirects.ts")),
  chapter("0030_middlewares.ts", () => import("../../examples/0030_middlewares.ts")),
  chapter("0031_subapplications.ts", () => import("../../examples/0031_subapplications.ts")),
  chapter("0032_lifecycle.ts", () => import("../../examples/0032_lifecycle.ts")),
  chapter("0033_static_files.ts", () => import("../../examples/0033_static_files.ts")),
  chapter("0034_server_sent_events.ts", () => import("../../examples/0034_server_sent_events.ts")),
  chapter("0035_retries.ts", () => import("../../examples/0035_retries.ts")),
  chapter("0036_validation.ts", () => import("../../examples/0036_validation.ts")),
  chapter("0037_testing.ts", () => import("../../examples/0037_testing.ts")),
  chapter("0038_hono_middleware.ts", () => import("../../examples/0038_hono_middleware.ts")),
  chapter("0039_behind_a_proxy.ts", () => import("../../examples/0039_behind_a_proxy.ts")),
  chapter("0040_openapi.ts", () => import("../../examples/0040_openapi.ts")),
  chapter("0041_typed_client.ts", () => import("../../examples/0041_typed_client.ts")),
  chapter("0042_groups_and_values.ts", () => import("../../examples/0042_groups_and_values.ts")),
  chapter("0043_guards.ts", () => import("../../examples/0043_guards.ts")),
  chapter("0044_every.ts", () => import("../../examples/0044_every.ts")),
  chapter("0045_metrics.ts", () => import("../../examples/0045_metrics.ts")),
  chapter("0046_debug.ts", () => import("../../examples/0046_debug.ts")),
  chapter("0047_resumable_uploads.ts", () => import("../../examples/0047_resumable_uploads.ts")),
  playground(48, () => import("../../examples/playground/main.ts")),
];
