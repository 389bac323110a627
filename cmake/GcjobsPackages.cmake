# Packages by CPack: a .tar.gz (to unpack at /) and a .deb for each component.

set(CPACK_PACKAGE_NAME gcjobs)
set(CPACK_PACKAGE_VENDOR "gcjobs")
set(CPACK_PACKAGE_CONTACT "gcjobs maintainers <maintainers@gcjobs.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON) # configuration goes to /etc, outside of the prefix
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL server client protos)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(deb ${CMAKE_SOURCE_DIR}/packaging/deb)

set(CPACK_DEBIAN_SERVER_PACKAGE_NAME gcjobsd)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION net)
set(CPACK_DEBIAN_SERVER_PACKAGE_RECOMMENDS "ca-certificates, systemd")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
    ${deb}/conffiles ${deb}/postinst ${deb}/prerm ${deb}/postrm)
set(CPACK_DEBIAN_SERVER_DESCRIPTION
    "Genesys Cloud work as durable jobs, over gRPC (server)
gcjobsd submits data actions and analytics queries to Genesys Cloud, polls
them within the request budget, keeps every state on disk and pushes each
transition to whoever watches.")

set(CPACK_DEBIAN_CLIENT_PACKAGE_NAME gcjobs)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SECTION net)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SUGGESTS gcjobsd)
set(CPACK_DEBIAN_CLIENT_DESCRIPTION
    "Genesys Cloud work as durable jobs, over gRPC (command line)
gcjobs submits work to a gcjobsd server, follows it across restarts and
broken connections, fetches results and raises the time limits of actions.")

set(CPACK_DEBIAN_PROTOS_PACKAGE_NAME gcjobs-protos)
set(CPACK_DEBIAN_PROTOS_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PROTOS_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PROTOS_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_PROTOS_DESCRIPTION
    "Genesys Cloud work as durable jobs, over gRPC (protocol)
The .proto files of gcjobs' gRPC services and those that they import, to
generate clients in any language from.")

# What Debian wants to find in /usr/share/doc of each package.
configure_file(${deb}/changelog.in changelog @ONLY)
execute_process(COMMAND gzip -9n -f ${CMAKE_CURRENT_BINARY_DIR}/changelog)
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(doc ${CMAKE_INSTALL_DATADIR}/doc/${package})
  install(FILES ${deb}/copyright ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz
          DESTINATION ${doc} COMPONENT ${component})
endforeach()

include(CPack)
