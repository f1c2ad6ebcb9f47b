/** The images by their names in paths. */
export const IMAGES: Readonly<Record<string, string>> = {
  png: "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAQMAAAAlPW0iAAAABlBMVEX///8UWsibBieOAAAAJUlEQVR42mNggAHm" +
    "A0wsCow8KowSDEwMUMTMIMfA/oDpzwO4KgBMXQQgAVqb2AAAAABJRU5ErkJggg==",
  jpeg: "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVt" +
    "VkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8" +
    "fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAQABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAA" +
    "AAb/xAAdEAACAgIDAQAAAAAAAAAAAAACBAERAyEAEiNR/8QAFQEBAQAAAAAAAAAAAAAAAAAAAgP/xAAYEQACAwAA" +
    "AAAAAAAAAAAAAAAAERIhIv/aAAwDAQACEQMRAD8Ap22so5xVUECZIe/pcCI3Vz93qo4UaylnJVsQFkR7+dyJDdXH" +
    "zeqnhtXKWcWlCAWRHp6XIkN3U/N7uOFFco5yabICZIenncCI3dR93u55TMQWz//Z",
  webp: "UklGRp4AAABXRUJQVlA4IJIAAAAQBACdASoQABAABABoJaACdH8IIBtgOf/sjMlSviRzHTR8fvh34VWZoAD+9hLi" +
    "pbh7pYgAH5DniJYHHm9D8VEGu6NoLFoLb9uIAkyOX5yfmTKi56JiPDRfL9pNivn/IrYNZKKwTgNOne118WqE+5Ph" +
    "2ih9LSl9vlWh8L4hbV1PsdiLh+0jTLk3mrfmgdUy0AAAAA==",
  svg: btoa(
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">' +
      '<circle cx="8" cy="8" r="4" fill="none" stroke="#145ac8" stroke-width="2"/></svg>',
  ),
};
